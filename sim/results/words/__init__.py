"""Labels, sentences and figures as people read them."""
