#!/bin/sh
# A certificate authority of the team's own and a certificate for its Redis, for ten and two years.
#   sh make_certificates.sh redis.team.example 10.0.0.5
# Writes tls/ca.crt (give it to every member), tls/ca.key (keep it away from the server), tls/redis.crt and .key.
set -eu
[ "$#" -ge 1 ] || { echo "usage: make_certificates.sh HOST [ADDRESS]" >&2; exit 2; }
host=$1
names="DNS:$host${2:+,IP:$2}"
mkdir -p tls
cd tls
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=KnowAllEdge team" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" -keyout ca.key -out ca.crt
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" -keyout redis.key -out redis.csr
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" >redis.ext
openssl x509 -req -in redis.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 730 -extfile redis.ext -out redis.crt
rm -f redis.csr redis.ext
chmod 644 ca.crt redis.crt
echo "tls/ca.crt is for the members; tls/redis.crt and tls/redis.key are for the server."
