"""What applying is made of for merchants and organisations alike: links, mails, the guided form,
documents, what the trail keeps, and the story that it makes. What a profile is made of, and its
life, each of the two has for itself.
"""
