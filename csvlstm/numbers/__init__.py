"""What the numbers themselves show: digits, damage, exact sums."""
