package client

import (
	"context"
	"encoding/json"
	"iter"
	"strings"

	"janitor/client/decode"
)

// Certificate of ELB. The service sends private keys in clear with every list; there is no field for them here, so
// they are dropped while decoding and can never be shown, logged or kept.
type Certificate struct {
	ID                  string `json:"id"`
	Name                string `json:"name"`
	Description         string `json:"description"`
	EnterpriseProjectID string `json:"enterprise_project_id,omitempty"`
	Type                string `json:"type"`                 // server, client (CA) or server_sm
	Domain              string `json:"domain" clean:"whole"` // comma-separated, up to 100 names, may be ""
	CommonName          string `json:"common_name,omitempty"`
	AlternativeNames    Names  `json:"subject_alternative_names,omitempty" clean:"whole"`
	Fingerprint         string `json:"fingerprint,omitempty"`
	Source              string `json:"source,omitempty"` // scm = imported from the certificate service
	SCMCertificateID    string `json:"scm_certificate_id,omitempty"`
	AdminStateUp        bool   `json:"admin_state_up"`
	Shared              bool   `json:"-"` // seen by the API of shared load balancers only
	ProtectionStatus    string `json:"protection_status,omitempty"`
	ProtectionReason    string `json:"protection_reason,omitempty"`
	ExpireTime          Time   `json:"expire_time"`
	CreatedAt           Time   `json:"created_at"`
	UpdatedAt           Time   `json:"updated_at"`
}

// Names are the names in a certificate, comma-separated as [Certificate.Domain] has them: most certificates say the same in
// both, which is kept once. The services write a list.
type Names string

// UnmarshalJSON takes what the services write.
func (n *Names) UnmarshalJSON(data []byte) error {
	var all []string
	err := decode.Lenient(data, &all)
	for i, name := range all {
		all[i] = Clean(name) // the bound of a text is each name's, not that of all together
	}
	*n = Names(strings.Join(all, ","))
	return err
}

// DecodeFrom takes what the services write as documented; see [decode.Own].
func (n *Names) DecodeFrom(d *decode.Decoder) bool {
	joined, ok := d.Joined()
	*n = Names(joined)
	return ok
}

// MarshalJSON writes them as the services do.
func (n Names) MarshalJSON() ([]byte, error) { return json.Marshal(strings.Split(string(n), ",")) }

// Certificates lists the certificates, without their keys.
func (c *Client) Certificates(ctx context.Context) iter.Seq2[[]Certificate, error] {
	return markers[Certificate](ctx, c, c.dedicated().sub("certificates").doing("listing certificates"), "certificates")
}

// DeleteCertificates deletes certificates in one request, each with its own result (S3).
func (d *Deleter) DeleteCertificates(ctx context.Context, ids []string) (Batch, error) {
	r := d.dedicated().sub("certificates/batch-delete").doing("deleting %d certificates", len(ids))
	return batch(ctx, r, "certificates", ids)
}

// DeleteCertificate deletes one certificate.
func (d *Deleter) DeleteCertificate(ctx context.Context, id string) error {
	return d.dedicated().sub("certificates").id(id).doing("deleting certificate %s", id).delete(ctx)
}
