// SPDX-License-Identifier: AGPL-3.0-or-later
//! One file over HTTP, within bounds: of size, of time, and of where it may come from.

use std::fmt;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::time::Duration;

use ureq::http::{Response, StatusCode, Uri, header, uri::Scheme};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 5;
/// The longest that one file may take, however steadily it trickles.
const WHOLE: Duration = Duration::from_secs(30 * 60);
/// Bytes read at once.
const CHUNK_BYTES: usize = 64 << 10;
/// Room made before anything has come.
const FIRST_BYTES: u64 = 64 << 20;

/// An address that may be fetched from.
#[derive(Clone, Debug)]
pub(super) struct Url {
    uri: Uri,
}

/// Why nothing was fetched.
#[derive(Debug)]
pub(super) enum FetchError {
    /// Not an address, or one that is not fetched from.
    Url(&'static str),
    /// The server, or the way to it.
    Failed(ureq::Error),
    /// Nothing came for so long.
    Silent(Duration),
    /// It took longer than [`WHOLE`].
    Slow,
    /// An answer other than the file.
    Status(StatusCode),
    /// A redirect without an address.
    Nowhere,
    /// A redirect to an address that is not fetched from.
    Redirect(String, &'static str),
    /// More redirects than [`REDIRECTS_MAX`].
    Redirects,
    /// More bytes than are taken.
    TooLarge(u64),
    /// Fewer bytes than the server said.
    Short { expected: u64, got: u64 },
}

impl Url {
    /// Reads an address: `https`, or `http` to this machine, with no name or password in it.
    pub(super) fn parse(text: &str) -> Result<Self, FetchError> {
        let uri: Uri = text.parse().map_err(|_| FetchError::Url("it is not a URL"))?;
        let authority = uri.authority().ok_or(FetchError::Url("it is not a whole URL"))?;
        if authority.as_str().contains('@') {
            return Err(FetchError::Url("a URL with a user name or password is not taken"));
        }
        match uri.scheme_str() {
            Some("https") => Ok(Self { uri }),
            Some("http") if is_loopback(authority.host()) => Ok(Self { uri }),
            Some("http") => {
                Err(FetchError::Url("`http` is taken from this machine only, `https` from anywhere"))
            }
            _ => Err(FetchError::Url("only `https` is taken")),
        }
    }

    fn is_plain(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTP)
    }

    /// Where a redirect leads; never from `https` to `http`.
    fn redirected(&self, location: &str) -> Result<Self, FetchError> {
        let (scheme, authority) = (self.uri.scheme_str().unwrap_or_default(), self.uri.authority());
        let authority = authority.map_or("", |authority| authority.as_str());
        if location.is_empty() {
            return Err(FetchError::Nowhere);
        }
        let target = if location.contains("://") {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{scheme}:{location}")
        } else if location.starts_with('/') {
            format!("{scheme}://{authority}{location}")
        } else {
            let folder = self.uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{scheme}://{authority}{folder}/{location}")
        };
        let refused = |why| FetchError::Redirect(target.clone(), why);
        let url = Self::parse(&target).map_err(|error| match error {
            FetchError::Url(why) => refused(why),
            other => other,
        })?;
        if url.is_plain() && !self.is_plain() {
            return Err(refused("`https` does not lead back to `http`"));
        }
        Ok(url)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

/// The bytes at `url`, at most `most`. A server that says nothing for `silence` is given up.
/// `progress` is told what has come, and how much there will be where the server says it.
///
/// # Errors
/// Anything but the whole file.
pub(super) fn get(
    url: &Url,
    most: u64,
    silence: Duration,
    mut progress: impl FnMut(u64, Option<u64>),
) -> Result<Vec<u8>, FetchError> {
    let mut url = url.clone();
    for _ in 0..=REDIRECTS_MAX {
        let agent = agent(&url, silence);
        let response = agent.get(&url.uri).call().map_err(|error| FetchError::of(error, silence))?;
        match response.status() {
            StatusCode::OK => return body(response, most, silence, &mut progress),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => {
                let location = response.headers().get(header::LOCATION);
                let location = location.and_then(|location| location.to_str().ok()).unwrap_or_default();
                url = url.redirected(location)?;
            }
            status => return Err(FetchError::Status(status)),
        }
    }
    Err(FetchError::Redirects)
}

/// Redirects are not the agent's to follow, since each is held against [`Url::parse`].
fn agent(url: &Url, silence: Duration) -> Agent {
    let config = Agent::config_builder()
        .https_only(!url.is_plain())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(TlsConfig::builder().root_certs(RootCerts::WebPki).build())
        .user_agent(concat!("decnet-ttp/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(WHOLE))
        .timeout_resolve(Some(silence))
        .timeout_connect(Some(silence))
        .timeout_recv_response(Some(silence))
        .timeout_per_read(Some(silence))
        .timeout_per_write(Some(silence));
    // This machine is not reached by way of a proxy.
    let config = if url.is_plain() { config.proxy(None) } else { config };
    config.build().new_agent()
}

fn body(
    mut response: Response<Body>,
    most: u64,
    silence: Duration,
    progress: &mut impl FnMut(u64, Option<u64>),
) -> Result<Vec<u8>, FetchError> {
    let expected = response.body().content_length();
    if expected.is_some_and(|expected| expected > most) {
        return Err(FetchError::TooLarge(most));
    }
    let room = expected.unwrap_or_default().min(FIRST_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut reader = response.body_mut().as_reader();
    loop {
        let read = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(FetchError::of(error.into(), silence)),
        };
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if bytes.len() as u64 > most {
            return Err(FetchError::TooLarge(most));
        }
        progress(read as u64, expected);
    }
    let got = bytes.len() as u64;
    match expected {
        Some(expected) if expected != got => Err(FetchError::Short { expected, got }),
        _ => Ok(bytes),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

impl FetchError {
    fn of(error: ureq::Error, silence: Duration) -> Self {
        match error {
            ureq::Error::Timeout(ureq::Timeout::Global) => Self::Slow,
            ureq::Error::Timeout(_) => Self::Silent(silence),
            other => Self::Failed(other),
        }
    }

    /// Whether it is the address that is wrong, and not what came from it.
    pub(super) const fn is_usage(&self) -> bool {
        matches!(self, Self::Url(_))
    }

    /// Whether nothing answered, as where there is no network.
    pub(super) const fn is_unreachable(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Silent(_))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(why) => f.write_str(why),
            Self::Failed(ureq::Error::HostNotFound) => f.write_str("its host is not found"),
            Self::Failed(ureq::Error::Io(error)) => error.fmt(f),
            Self::Failed(error) => error.fmt(f),
            Self::Silent(silence) => write!(f, "nothing came for {} s", silence.as_secs()),
            Self::Slow => write!(f, "it took more than {} minutes", WHOLE.as_secs() / 60),
            Self::Status(status) => write!(f, "the server answered {status}"),
            Self::Nowhere => f.write_str("a redirect to nowhere"),
            Self::Redirect(target, why) => write!(f, "it leads to `{target}`: {why}"),
            Self::Redirects => write!(f, "more than {REDIRECTS_MAX} redirects"),
            Self::TooLarge(most) => write!(f, "it has more than {most} bytes"),
            Self::Short { expected, got } => write!(f, "it broke off after {got} of {expected} bytes"),
        }
    }
}

impl std::error::Error for FetchError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_and_no_way_back_from_https() {
        for url in ["https://example.com/a", "http://127.0.0.1:8/a", "http://[::1]/a", "http://LocalHost/a"] {
            assert!(Url::parse(url).is_ok(), "{url}");
        }
        for url in [
            "http://example.com/a",
            "http://127.0.0.1.example.com/a",
            "http://localhost@example.com/",
            "file:///a",
            "https://user:secret@example.com/",
            "a",
            "/a",
            "",
            "ftp://localhost/",
            "http://10.0.0.1/",
        ] {
            assert!(Url::parse(url).is_err_and(|error| error.is_usage()), "{url}");
        }
        let leads = |from: &str, location: &str| {
            Url::parse(from)
                .and_then(|url| url.redirected(location))
                .map_or_else(|error| error.to_string(), |url| url.to_string())
        };
        assert_eq!(leads("https://a/b/c", "/d"), "https://a/d");
        assert_eq!(leads("https://a/b/c", "d"), "https://a/b/d");
        assert_eq!(leads("https://a/b/c", "//d/e"), "https://d/e");
        assert_eq!(leads("http://localhost:1/", "https://d/e"), "https://d/e");
        assert!(leads("https://a/", "http://localhost/").contains("does not lead back"));
        assert!(leads("http://localhost/", "http://example.com/").contains("this machine only"));
    }
}
