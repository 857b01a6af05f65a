// Bindings: placeholder until its first file lands.
