"""Keys and signatures in minisign's format."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Key:
    """A new key."""

    def __init__(self):
        self.secret = Ed25519PrivateKey.generate()
        raw = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(raw).digest()[:8]
        #: The file of the public key.
        self.public = f"untrusted comment: public key\n{encoded(b'Ed' + self.id + raw)}\n"

    def sign(self, data):
        """The file of a signature: of the data's hash, and of that signature with its comment."""
        comment = "timestamp:1"
        signature = self.secret.sign(hashlib.blake2b(data).digest())
        whole = self.secret.sign(signature + comment.encode())
        first = encoded(b"ED" + self.id + signature)
        return f"untrusted comment: signature\n{first}\ntrusted comment: {comment}\n{encoded(whole)}\n"


def encoded(data):
    return base64.b64encode(data).decode()
