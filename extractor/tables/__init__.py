"""The one definition of all tables; observations, panel and exports."""
