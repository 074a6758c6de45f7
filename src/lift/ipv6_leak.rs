// SPDX-License-Identifier: AGPL-3.0-or-later
//! Leaked IPv6 addresses: canonical form, and what the interface id says of the machine.

use std::net::Ipv6Addr;

use bumpalo::collections::String as ArenaString;

use crate::vocab::{FieldType, Slot, SourceKind};

use super::{Example, Lift, Lifter};

/// Reads a leaked address.
pub(super) static IPV6_LEAK: Lifter = Lifter {
    name: "ipv6_leak",
    kinds: &[SourceKind::Ipv6Leak],
    inputs: &[("addr", FieldType::Ip), ("src_ip", FieldType::Ip)],
    outputs: &["address", "is_link_local", "iid_kind", "oui"],
    views: false,
    lift,
    examples: &[
        Example {
            kind: SourceKind::Ipv6Leak,
            payload: r#"{"addr": "FE80:0::0211:22ff:fe33:4455%eth0"}"#,
            gives: r#"{
                "address": "fe80::211:22ff:fe33:4455", "is_link_local": true, "iid_kind": "eui64", "oui": "00:11:22"
            }"#,
        },
        Example {
            kind: SourceKind::Ipv6Leak,
            payload: r#"{"src_ip": "febf::8c1d:33a2:91f0:7e4b"}"#,
            gives: r#"{
                "address": "febf::8c1d:33a2:91f0:7e4b", "is_link_local": true, "iid_kind": "stable_privacy"
            }"#,
        },
        Example {
            kind: SourceKind::Ipv6Leak,
            payload: r#"{"addr": "2001:db8::9c1d:33a2:91f0:7e4b"}"#,
            gives: r#"{
                "address": "2001:db8::9c1d:33a2:91f0:7e4b", "is_link_local": false, "iid_kind": "temporary"
            }"#,
        },
        Example { kind: SourceKind::Ipv6Leak, payload: r#"{"addr": "192.0.2.1"}"#, gives: "{}" },
    ],
};

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let written = lift.text(0).filter(|addr| !addr.is_empty()).or_else(|| lift.text(1));
    let Some(written) = written else { return };
    let bare = written.split('%').next().unwrap_or(written).trim();
    let Ok(address) = bare.parse::<Ipv6Addr>() else { return };
    let text = bumpalo::format!(in lift.arena, "{}", address).into_bump_str();
    let link_local = address.is_unicast_link_local();
    let [.., a, b, c, d, e, f, g, h] = address.octets();
    lift.give(0, Slot::Text(text));
    lift.give(1, Slot::Bool(link_local));
    let kind = match (d, e) {
        (0xff, 0xfe) => {
            let mut oui = ArenaString::with_capacity_in(8, lift.arena);
            // The universal bit is turned over in an interface id (RFC 4291, appendix A).
            let _ = std::fmt::Write::write_fmt(&mut oui, format_args!("{:02x}:{b:02x}:{c:02x}", a ^ 2));
            lift.give(3, Slot::Text(oui.into_bump_str()));
            Some("eui64")
        }
        // Set by hand or by a server: a small number, no hash.
        _ if [a, b, c, d, e, f] == [0; 6] => None,
        // Temporary ids are made for routed prefixes (RFC 8981) and clear the universal bit (RFC 4941,
        // section 3.2.1), which a hash (RFC 7217) does half of the time: one address cannot tell more.
        _ if !link_local && a & 2 == 0 && (g, h) != (0, 0) => Some("temporary"),
        _ => Some("stable_privacy"),
    };
    lift.give_text(2, kind);
}
