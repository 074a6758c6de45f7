// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who an event is about, when all that is known is an address.

use std::net::IpAddr;
use std::sync::LazyLock;

use uuid::Uuid;

/// UUIDv5(`NAMESPACE_URL`, `decnet:attacker:v1`).
static NAMESPACE: LazyLock<Uuid> =
    LazyLock::new(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, b"decnet:attacker:v1"));

/// The attacker's uuid for an address, the same on every machine and in every run: UUIDv5 of the
/// address's canonical text in the namespace UUIDv5(`NAMESPACE_URL`, `decnet:attacker:v1`).
///
/// An IPv4 address that comes mapped into IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::attacker_uuid;
///
/// let plain = attacker_uuid("192.0.2.1".parse()?);
/// assert_eq!(attacker_uuid("::ffff:192.0.2.1".parse()?), plain);
/// assert_eq!(plain.to_string(), "eba7b879-6504-5688-8b55-aab33dd222ba");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub fn attacker_uuid(address: IpAddr) -> Uuid {
    Uuid::new_v5(&NAMESPACE, address.to_canonical().to_string().as_bytes())
}

/// The address that `text` is, in its canonical form; a zone (`%eth0`) is left out.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.split('%').next()?.parse().ok()?;
    Some(address.to_canonical())
}
