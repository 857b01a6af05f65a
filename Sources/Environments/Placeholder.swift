// Environments: placeholder until its first file lands.
