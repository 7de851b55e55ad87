"""Accounts for every number in Chinese government work reports."""
