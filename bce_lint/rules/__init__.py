"""What is wrong about a site: the rules in `checks`, and the mechanism that runs them."""
