"""`python -m secretome_ml` is the command line."""

from secretome_ml.cli.start import main

if __name__ == "__main__":
    main()
