// PolicyOptimisation: placeholder until its first file lands.
