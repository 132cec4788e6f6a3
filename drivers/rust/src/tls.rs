//! TLS with a server whose certificate the job's own authority vouches for.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::failure::Failure;
use crate::job::Tls;

/// A client that trusts the certificates of the job's file only, and checks the server's name.
pub fn client_config(tls: &Tls) -> Result<ClientConfig, Failure> {
    let unusable = |error: &dyn std::fmt::Display| {
        Failure::driver(format!("connection.tls.ca_file: {}: {error}", tls.ca_file))
    };
    let mut roots = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(&tls.ca_file).map_err(|error| unusable(&error))?
    {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
