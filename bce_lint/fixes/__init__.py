"""From what a rule asks for to edits on text: see `plan.Planner`."""
