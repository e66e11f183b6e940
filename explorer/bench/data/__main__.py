"""`python -m explorer.bench.data PASS FOLDER`: one pass, and its figures as JSON."""

from explorer.bench.data.passes import main

main()
