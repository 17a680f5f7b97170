"""Take every picture of the page anew, in a few minutes: `.venv/bin/python docs/take_all_pictures.py`."""

import take_card_pictures
import take_home_pictures
import take_modal_pictures
import take_pictures


def main() -> None:
    """One after the other; each starts its own demo or workspace."""
    for story in (take_pictures, take_home_pictures, take_card_pictures, take_modal_pictures):
        story.main()


if __name__ == "__main__":
    main()
