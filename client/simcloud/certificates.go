package simcloud

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
)

// PrivateKeyMarker stands, on a line of its own, in every private key that the cloud shows: whoever finds it on a screen,
// in a log or in a file has found a leak.
const PrivateKeyMarker = "U0lNVUxBVEVEK1BSSVZBVEUrS0VZK05FVkVSK1NIT1crSVQ="

// certificate of ELB. PEM texts are kept only of those that a client created; the others are made up when shown.
type certificate struct {
	ID                  string   `json:"id"`
	Name                string   `json:"name"`
	Description         string   `json:"description"`
	Type                string   `json:"type"` // server, client (CA) or server_sm
	Domain              string   `json:"domain"`
	CommonName          string   `json:"common_name"`
	AlternativeNames    []string `json:"subject_alternative_names"`
	Fingerprint         string   `json:"fingerprint"`
	ExpireTime          string   `json:"expire_time"`
	Source              string   `json:"source"`
	SCMCertificateID    string   `json:"scm_certificate_id"`
	AdminStateUp        bool     `json:"admin_state_up"`
	ProtectionStatus    string   `json:"protection_status"`
	ProtectionReason    string   `json:"protection_reason"`
	ProjectID           string   `json:"project_id"`
	EnterpriseProjectID string   `json:"enterprise_project_id,omitempty"`
	CreatedAt           string   `json:"created_at"`
	UpdatedAt           string   `json:"updated_at"`

	text      string // PEM as uploaded, "" = made up
	listeners []ref  // that use it, in any role
}

func (c *certificate) key() string { return c.ID }

// certificateView is a certificate as the service shows it, private key included.
type certificateView struct {
	certificate
	Certificate   string `json:"certificate"`
	PrivateKey    string `json:"private_key,omitempty"`
	EncCert       string `json:"enc_certificate,omitempty"`
	EncPrivateKey string `json:"enc_private_key,omitempty"`
}

func viewCertificate(c *certificate) any {
	v := certificateView{certificate: *c, Certificate: c.text}
	if v.Certificate == "" {
		v.Certificate = pemText("CERTIFICATE", c.ID, 6)
	}
	if c.Type == "client" {
		return v
	}
	v.PrivateKey = privateKey(c.ID)
	if c.Type == "server_sm" {
		v.EncCert, v.EncPrivateKey = pemText("CERTIFICATE", c.ID+"enc", 6), privateKey(c.ID+"enc")
	}
	return v
}

// pemText is a block of the right look: lines of 64 characters that follow from seed.
func pemText(label, seed string, lines int) string {
	return "-----BEGIN " + label + "-----\n" + pemLines(seed, lines) + "-----END " + label + "-----\n"
}

func privateKey(seed string) string {
	return "-----BEGIN RSA PRIVATE KEY-----\n" + pemLines(seed+"key", 3) + PrivateKeyMarker + "\n" + pemLines(seed+"end", 3) + "-----END RSA PRIVATE KEY-----\n"
}

func pemLines(seed string, lines int) string {
	var b strings.Builder
	sum := sha256.Sum256([]byte(seed))
	for range lines {
		// 48 bytes are 64 characters.
		b.WriteString(base64.StdEncoding.EncodeToString(append(sum[:], sum[:16]...)) + "\n")
		sum[0]++
	}
	return b.String()
}

const certificateFilters = "id name description admin_state_up domain type scm_certificate_id common_name fingerprint source protection_status protection_reason"

func (q *call) listCertificates() answer {
	return listV3(q, &q.w.certificates, "certificates", certificateFilters, nil, viewCertificate)
}

// answerCertificate: v2.0 has no envelope around one (api.md 3).
func (q *call) answerCertificate(status int, c *certificate) answer {
	if q.family == sharedELB {
		return answer{status: status, body: viewSharedCertificate(c)}
	}
	return q.shown(status, "certificate", viewCertificate(c))
}

func (q *call) certificate(id string) (*certificate, answer) {
	return known(q, &q.w.certificates, "certificate", id)
}

func (q *call) createCertificate() answer {
	in, refused := q.fields("certificate")
	if in == nil {
		return refused
	}
	now := q.options.Now().UTC()
	c := &certificate{
		ID: q.mint.hex32(), Type: "server", AdminStateUp: true, ProtectionStatus: nonProtection, ProjectID: q.w.project,
		EnterpriseProjectID: "0", CreatedAt: q.now(), UpdatedAt: q.now(), AlternativeNames: []string{},
		ExpireTime: now.AddDate(1, 0, 0).Format(timeV3),
	}
	in.take(c, "name description type domain source scm_certificate_id protection_status protection_reason")
	in.into("certificate", &c.text)
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	if c.Source != "scm" {
		if !strings.HasPrefix(c.text, "-----BEGIN CERTIFICATE-----") {
			return q.elb(http.StatusBadRequest, "ELB.5013", "the certificate is not in PEM format")
		}
		if c.Type != "client" && !strings.HasPrefix(in.text("private_key"), "-----BEGIN ") {
			return q.elb(http.StatusBadRequest, "ELB.5051", "the private key is not in PEM format")
		}
	}
	c.read()
	q.w.certificates.add(c)
	return q.shown(http.StatusCreated, "certificate", viewCertificate(c))
}

// read takes names, fingerprint and expiry out of the PEM text, as far as it is a real certificate; the domains stand
// in otherwise.
func (c *certificate) read() {
	sum := sha256.Sum256([]byte(c.text + c.SCMCertificateID))
	c.Fingerprint = hex.EncodeToString(sum[:20])
	if c.Domain != "" {
		c.AlternativeNames = strings.Split(c.Domain, ",")
		c.CommonName = c.AlternativeNames[0]
	}
	block, _ := pem.Decode([]byte(c.text))
	if block == nil {
		return
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return
	}
	c.CommonName = parsed.Subject.CommonName
	if parsed.DNSNames != nil {
		c.AlternativeNames = parsed.DNSNames
	}
	c.ExpireTime = parsed.NotAfter.UTC().Format(timeV3)
}

// blocked says which listener uses the certificate.
func (c *certificate) blocked() string {
	if len(c.listeners) == 0 {
		return ""
	}
	return fmt.Sprintf("certificate %s is used by listener %s", c.ID, c.listeners[0].ID)
}

func (q *call) deleteCertificate() answer {
	return erase(q, q.certificate, (*certificate).blocked, q.w.removeCertificate)
}

// deleteCertificates is S3.
func (q *call) deleteCertificates() answer {
	return batch(q, "certificates", &q.w.certificates, (*certificate).blocked, q.w.removeCertificate)
}
