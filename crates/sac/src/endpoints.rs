//! Where SAC's services are: a base address, and the fixed path of each service under it.

use std::net::IpAddr;

use url::{Host, Url};

/// A service of SAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Send a prescription.
    Send,
    /// View one.
    View,
    /// Annul one.
    Annul,
    /// List used NREs.
    UsedNres,
    /// Request a lot of NREs.
    Lot,
    /// Create a session.
    CreateSession,
    /// Check a session.
    CheckSession,
    /// Revoke a session.
    RevokeSession,
}

impl Service {
    /// Path under the base address.
    pub fn path(self) -> &'static str {
        match self {
            Self::Send => "/DemRicettaPrescrittoServicesWeb/services/demInvioPrescritto",
            Self::View => "/DemRicettaPrescrittoServicesWeb/services/demVisualizzaPrescritto",
            Self::Annul => "/DemRicettaPrescrittoServicesWeb/services/demAnnullaPrescritto",
            Self::UsedNres => "/DemRicettaInterrogazioniServicesWeb/services/demInterrogaNreUtilizzati",
            Self::Lot => "/ricettaElettronicaServicesWeb/services/nreRichiestaLottoPort",
            Self::CreateSession | Self::CheckSession | Self::RevokeSession => {
                "/a2f-auth-ws/soap/v1/authentication-service"
            }
        }
    }

    /// Value of the `SOAPAction` header, without its quotes.
    pub fn soap_action(self) -> &'static str {
        match self {
            Self::Send => "http://invioprescritto.wsdl.dem.sanita.finanze.it/InvioPrescritto",
            Self::View => "http://visualizzaprescritto.wsdl.dem.sanita.finanze.it/VisualizzaPrescritto",
            Self::Annul => "http://annullaprescritto.wsdl.dem.sanita.finanze.it/AnnullaPrescritto",
            Self::UsedNres => "http://interroganreassociati.wsdl.dem.sanita.finanze.it/InterrogaNreUtilizzati",
            Self::Lot => "http://lottorichiesta.wsdl.nre.mirsac.sanita.finanze.it/LottoRichiesta",
            Self::CreateSession => "http://wsdl.auth.a2f.sts.sanita.finanze.it/create",
            Self::CheckSession => "http://wsdl.auth.a2f.sts.sanita.finanze.it/checkToken",
            Self::RevokeSession => "http://wsdl.auth.a2f.sts.sanita.finanze.it/revoke",
        }
    }

    /// Root element of a good answer.
    pub fn answer_root(self) -> &'static str {
        match self {
            Self::Send => "InvioPrescrittoRicevuta",
            Self::View => "VisualizzaPrescrittoRicevuta",
            Self::Annul => "AnnullaPrescrittoRicevuta",
            Self::UsedNres => "InterrogaNreUtilRicevuta",
            Self::Lot => "LottoRicevutaNRE",
            Self::CreateSession => "CreateAuthRes",
            Self::CheckSession => "CheckTokenRes",
            Self::RevokeSession => "RevokeAuthRes",
        }
    }

    /// Whether the service itself hands out sessions: it cannot be asked to have one.
    pub fn is_session_service(self) -> bool {
        matches!(self, Self::CreateSession | Self::CheckSession | Self::RevokeSession)
    }
}

/// Why an address cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address with a host.
    #[error("not a web address")]
    NotAnAddress,
    /// Plain HTTP to another machine.
    #[error("the address must be https (plain http only on this machine)")]
    NotSecure,
    /// User and password inside the address.
    #[error("the address must not hold a user or a password")]
    Credentials,
    /// A query or a fragment.
    #[error("the address must not hold a query or a fragment")]
    Query,
    /// An address no service can have.
    #[error("the address points to a forbidden network")]
    ForbiddenNetwork,
}

/// The addresses of one region's services: nothing else changes from region to region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    base: Url,
    lots: Url,
    sessions: Url,
    private_network: bool,
}

impl Endpoints {
    /// The base address of all services, and those of lots and sessions where they live elsewhere.
    /// `private_network` admits private addresses, for a regional system reached over its own network.
    pub fn new(
        base: &str,
        lots: Option<&str>,
        sessions: Option<&str>,
        private_network: bool,
    ) -> Result<Self, EndpointError> {
        let base = checked(base, private_network)?;
        let other =
            |address: Option<&str>| address.map_or_else(|| Ok(base.clone()), |text| checked(text, private_network));
        Ok(Self { lots: other(lots)?, sessions: other(sessions)?, base, private_network })
    }

    /// Full address of a service.
    pub fn url(&self, service: Service) -> Url {
        let base = match service {
            Service::Lot => &self.lots,
            service if service.is_session_service() => &self.sessions,
            _ => &self.base,
        };
        let mut url = base.clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), service.path());
        url.set_path(&path);
        url
    }

    /// Whether private addresses are admitted, also when a name resolves to one.
    pub fn private_network(&self) -> bool {
        self.private_network
    }

    /// Whether any of the addresses needs TLS.
    pub fn uses_tls(&self) -> bool {
        [&self.base, &self.lots, &self.sessions].iter().any(|url| url.scheme() == "https")
    }
}

fn checked(text: &str, private_network: bool) -> Result<Url, EndpointError> {
    let url = Url::parse(text.trim()).map_err(|_| EndpointError::NotAnAddress)?;
    let (loopback, allowed) = match url.host().ok_or(EndpointError::NotAnAddress)? {
        Host::Domain(name) => (is_localhost(name), true),
        Host::Ipv4(address) => (address.is_loopback(), is_allowed(address.into(), true, private_network)),
        Host::Ipv6(address) => (address.is_loopback(), is_allowed(address.into(), true, private_network)),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointError::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(EndpointError::Query);
    }
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(EndpointError::NotSecure),
        _ => return Err(EndpointError::NotAnAddress),
    }
    if allowed { Ok(url) } else { Err(EndpointError::ForbiddenNetwork) }
}

/// Whether a host name is this machine's own.
pub fn is_localhost(name: &str) -> bool {
    name.trim_end_matches('.').eq_ignore_ascii_case("localhost")
}

/// Whether a service may live at an address. Used on addresses written in the configuration and
/// again on what a name resolves to, so that a name cannot lead inside.
pub fn is_allowed(address: IpAddr, loopback: bool, private_network: bool) -> bool {
    match address {
        IpAddr::V4(v4) if v4.is_loopback() => loopback,
        IpAddr::V4(v4) if v4.is_private() => private_network,
        IpAddr::V4(v4) => {
            let carrier_grade = matches!(v4.octets(), [100, second, ..] if (64..128).contains(&second));
            !(v4.is_link_local() || v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast() || carrier_grade)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            // A mapped IPv4 address is a disguise, never a service's own name.
            Some(_) => false,
            None if v6.is_loopback() => loopback,
            None if v6.is_unique_local() => private_network,
            None => !(v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast()),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn refusal(address: &str) -> EndpointError {
        Endpoints::new(address, None, None, false).unwrap_err()
    }

    #[test]
    fn only_safe_addresses_are_accepted() {
        assert_eq!(refusal("demservice"), EndpointError::NotAnAddress);
        assert_eq!(refusal("ftp://sac.example"), EndpointError::NotAnAddress);
        assert_eq!(refusal("http://sac.example"), EndpointError::NotSecure);
        assert_eq!(refusal("http://169.254.169.254"), EndpointError::NotSecure);
        assert_eq!(refusal("https://169.254.169.254"), EndpointError::ForbiddenNetwork);
        assert_eq!(refusal("https://[::ffff:127.0.0.1]"), EndpointError::ForbiddenNetwork);
        assert_eq!(refusal("https://10.0.0.1"), EndpointError::ForbiddenNetwork);
        assert_eq!(refusal("https://[fe80::1]"), EndpointError::ForbiddenNetwork);
        assert_eq!(refusal("https://0.0.0.0"), EndpointError::ForbiddenNetwork);
        assert_eq!(refusal("https://doctor:secret@sac.example"), EndpointError::Credentials);
        assert_eq!(refusal("https://sac.example?x=1"), EndpointError::Query);
        assert!(Endpoints::new("https://10.0.0.1", None, None, true).is_ok());
        assert!(Endpoints::new("http://localhost:9080", None, None, false).is_ok());
        assert!(Endpoints::new("http://127.0.0.1:9080/", None, None, false).is_ok());
    }

    #[test]
    fn each_service_has_its_address() {
        let endpoints =
            Endpoints::new("https://dem.example/", Some("https://mir.example"), Some("https://its.example/x"), false)
                .unwrap();
        assert_eq!(
            endpoints.url(Service::Send).as_str(),
            "https://dem.example/DemRicettaPrescrittoServicesWeb/services/demInvioPrescritto"
        );
        assert_eq!(
            endpoints.url(Service::Lot).as_str(),
            "https://mir.example/ricettaElettronicaServicesWeb/services/nreRichiestaLottoPort"
        );
        assert_eq!(
            endpoints.url(Service::CheckSession).as_str(),
            "https://its.example/x/a2f-auth-ws/soap/v1/authentication-service"
        );
        assert!(endpoints.uses_tls());
        assert!(!Endpoints::new("http://127.0.0.1:1", None, None, false).unwrap().uses_tls());
    }
}
