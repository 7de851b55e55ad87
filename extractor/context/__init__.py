"""What surrounds a number and gives it its meaning: role, status, period, place, subject."""
