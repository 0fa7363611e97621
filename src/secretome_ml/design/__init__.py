"""What to change about a preparation: changes that studies tried, ranked by what the model makes of them."""
