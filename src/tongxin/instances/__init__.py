"""Other installations of Tongxin: whose keys are known, what was handed to them, what came from them."""
