"""Compare what was predicted of accounts with what became of them."""
