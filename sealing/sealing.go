// Package sealing encrypts personal data at rest. Its codec seals what Temporal stores: inputs, results and errors of
// workflows are encrypted before they leave the process, so the server, its database and its backups contain no text of
// a case.
package sealing

import (
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

// encoding marks a sealed payload. Payloads with another mark were written before sealing was enabled and are decoded
// unchanged.
const encoding = "binary/tuoyu-sealed"

// forTemporal is bound into every ciphertext, so that a value sealed for another use with the same keyset is rejected.
var forTemporal = []byte("temporal")

// Codec seals and opens payloads. It is safe for concurrent use.
type Codec struct{ keys *Keyset }

// NewCodec returns the codec of a keyset: it seals with the primary key and opens with any of its keys.
func NewCodec(keys *Keyset) *Codec { return &Codec{keys} }

// Encode seals each payload with its metadata.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("seal payload: %w", err)
		}
		data, err := c.keys.now.Load().aead.Encrypt(plain, forTemporal)
		if err != nil {
			return nil, fmt.Errorf("seal payload: %w", err)
		}
		sealed[i] = &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding)},
			Data:     data,
		}
	}
	return sealed, nil
}

// ErrNoKey is the error for a payload that no key of the keyset opens: it was sealed with another key, or it was
// changed.
var ErrNoKey = errors.New("no key of the keyset opens the payload")

// Decode opens each sealed payload and passes the others through. The error wraps ErrNoKey.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if string(p.GetMetadata()[converter.MetadataEncoding]) != encoding {
			opened[i] = p
			continue
		}
		plain, err := c.keys.open(p.GetData(), forTemporal)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoKey, err)
		}
		opened[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(plain, opened[i]); err != nil {
			return nil, fmt.Errorf("read opened payload: %w", err)
		}
	}
	return opened, nil
}

// Seal configures o so that a client or worker built from it seals all it sends: payloads, and the messages and stack
// traces of errors. Requests are not compressed, since sealed payloads do not get smaller, and both sides would spend more
// on it than on the rest of a request.
func Seal(o *client.Options, keys *Keyset) error {
	codec := NewCodec(keys)
	o.DataConverter = converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codec)
	o.FailureConverter = temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: o.DataConverter, EncodeCommonAttributes: true,
	})
	o.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
	return nil
}
