"""Jobs whose target is a recipe of the cookbook."""
