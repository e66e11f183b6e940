"""What a folder of thousands of runs costs: until its page shows them, and for every order on it."""
