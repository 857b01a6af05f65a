// SessionKit: placeholder until its first file lands.
