import copy
import pickle


class Note:
    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return self.text == other.text


def there_and_back(text):
    """
    >>> there_and_back("x")
    True
    """
    note = Note(text)
    return pickle.loads(pickle.dumps(note)) == copy.deepcopy(note) == note
