"""Every loss of a project with a verdict, for `--losses` and `bce_lint.losses`: silence is not approval, and this says which it is."""
