//! HTTPS. These need a machine that has certificates of authorities installed, as HTTPS itself does.

use super::*;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread::JoinHandle;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n\
data: {\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"message\",\
\"content\":[{\"type\":\"output_text\",\"text\":\"{}\"}]}]}}\n\n";

/// Serves one connection; gives how many bytes it was sent in the first piece.
fn serve_once() -> (SocketAddr, JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let certificate =
            CertificateDer::from_pem_slice(include_bytes!("../testdata/localhost.crt"));
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("../testdata/localhost.key"));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.unwrap()], key.unwrap())
            .unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut connection, &mut socket);
        let heard = stream.read(&mut [0; 4096]).unwrap_or(0);
        if heard > 0 {
            stream.write_all(ANSWER).unwrap();
            connection.send_close_notify();
            connection.complete_io(&mut socket).unwrap();
        }
        heard
    });
    (address, serving)
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_not_accepted_and_nothing_is_sent() {
    let (address, serving) = serve_once();
    let model = model(&format!("https://localhost:{}/v1", address.port()));
    let (kind, message) = failed(ask(&model, &Said::default()).await);
    assert_eq!(kind, JudgeFailure::Misconfigured, "{message}");
    assert!(message.contains("SSL_CERT_FILE"), "{message}");
    assert_eq!(serving.join().unwrap(), 0);
}

/// In a process of its own, whose environment says whom to trust.
#[test]
fn a_certificate_of_an_authority_named_in_the_environment_is_accepted() {
    let authority = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/openai/testdata/authority.crt"
    );
    let output = Command::new(std::env::current_exe().unwrap())
        .env("SSL_CERT_FILE", authority)
        .env_remove("SSL_CERT_DIR")
        .args(["--ignored", "--exact", "openai::tests::tls::with_trust"])
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&output.stdout);
    assert!(output.contains("1 passed"), "{output}");
}

#[tokio::test]
#[ignore = "run by the test above, with SSL_CERT_FILE set"]
async fn with_trust() {
    let (address, serving) = serve_once();
    let model = model(&format!("https://localhost:{}/v1", address.port()));
    let answer = ask(&model, &Said::default()).await.unwrap();
    assert_eq!(answer.text, "{}");
    assert!(serving.join().unwrap() > 0);
}
