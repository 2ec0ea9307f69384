"""Speech with known phone times: classes, synthetic voices, aligned recordings, speakers."""
