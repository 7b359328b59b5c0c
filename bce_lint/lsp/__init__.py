"""`bce-lint server`: the findings, their fixes and what is known of losses, for editors that speak the Language Server Protocol."""
