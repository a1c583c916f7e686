"""A key pair for a backend-services client: the private key for the client, the public set for the server.

Belongs here: making the two files. Not here: using them (`auth.py` reads the public one, a client the private one).
"""

import argparse
import json
import secrets
from pathlib import Path

import jwt.algorithms
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def write_key_pair(folder: Path, algorithm: str) -> str:
    """Write `private_key.pem` (readable by its owner only) and `jwks.json`; return the key id."""
    folder.mkdir(parents=True, exist_ok=True)
    key_id = secrets.token_hex(8)
    private_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if algorithm == "ES384":
        private_key = ec.generate_private_key(ec.SECP384R1())
        public = jwt.algorithms.ECAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    else:
        private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = jwt.algorithms.RSAAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    public |= {"kid": key_id, "alg": algorithm, "use": "sig", "key_ops": ["verify"]}
    (folder / "jwks.json").write_text(json.dumps({"keys": [public]}, indent=1))
    private_file = folder / "private_key.pem"
    private_file.touch(mode=0o600)
    private_file.write_bytes(private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key_id


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make a key pair for a SMART backend-services client.")
    parser.add_argument("--out", type=Path, required=True, help="folder for private_key.pem and jwks.json")
    parser.add_argument("--algorithm", choices=["ES384", "RS384"], default="ES384")
    arguments = parser.parse_args()
    print(json.dumps({"kid": write_key_pair(arguments.out, arguments.algorithm)}))
