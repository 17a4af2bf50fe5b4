"""Pages that show what a prover did: files without scripts that load nothing, charts drawn as SVG."""
