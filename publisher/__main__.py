"""`python -m publisher` is the command `exportin`."""

from publisher.cli import main

if __name__ == "__main__":
    main()
