"""What a run writes down besides its sites, for fixes and for verification."""
