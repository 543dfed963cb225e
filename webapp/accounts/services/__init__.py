"""Rules about people: how a company begins, who gets in, which sessions live, how passwords change."""
