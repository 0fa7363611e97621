"""A laboratory's own lots, profile and measured outcome, beside the model: how well it predicts them."""
