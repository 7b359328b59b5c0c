"""What a project that adopts bce-lint needs: findings that were there before, and comments that silence what is there."""
