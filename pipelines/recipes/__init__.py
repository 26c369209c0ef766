"""One file per recipe; `registry` finds them, `recipe` says what one is."""
