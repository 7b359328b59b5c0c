"""What an interpretation keeps: the store, frames, identities, and the machine that holds them."""
