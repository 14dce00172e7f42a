// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// percent returns a percent-encoder that leaves the bytes of a set unescaped, like one of the many URL encoders.
func percent(unescaped, format, space string) func(string) string {
	return func(text string) string {
		var encoded strings.Builder
		for _, b := range []byte(text) {
			switch {
			case b == ' ':
				encoded.WriteString(space)
			case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', strings.IndexByte(unescaped, b) >= 0:
				encoded.WriteByte(b)
			default:
				fmt.Fprintf(&encoded, format, b)
			}
		}
		return encoded.String()
	}
}

// escaped returns an encoder that writes each UTF-16 code unit that is not allowed in an escaped form.
func escaped(allowed func(unit uint16) bool, format string) func(string) string {
	return func(text string) string {
		var encoded strings.Builder
		for _, unit := range utf16.Encode([]rune(text)) {
			switch {
			case unit == '"' || unit == '\\':
				encoded.WriteString(`\` + string(rune(unit)))
			case allowed(unit):
				encoded.WriteRune(rune(unit))
			default:
				fmt.Fprintf(&encoded, format, unit)
			}
		}
		return encoded.String()
	}
}

func isASCII(unit uint16) bool { return unit >= ' ' && unit < 0x7f }

func isPlain(unit uint16) bool { return isASCII(unit) && !strings.ContainsRune("<>&'+`", rune(unit)) }

// encoders holds the encoders of .NET, JavaScript, Java, and Go, according to their documentation, and line wrapping.
var encoders = []func(string) string{
	func(text string) string { return text },
	url.QueryEscape, // Go
	url.PathEscape,
	percent("-_.!*()", "%%%02x", "+"),                          // .NET's WebUtility.UrlEncode
	percent("-_.!~*'()", "%%%02X", "%20"),                      // JavaScript's encodeURIComponent
	percent(";/?:@&=+$,#-_.!~*'()", "%%%02X", "%20"),           // encodeURI
	percent("-_.*", "%%%02X", "+"),                             // Java's URLEncoder
	percent("-._~", "%%%02X", "%20"),                           // .NET's Uri.EscapeDataString
	escaped(isPlain, `\u%04X`),                                 // .NET's System.Text.Json
	escaped(isASCII, `\u%04x`),                                 // JSON of Python or Java
	escaped(func(uint16) bool { return false }, `\u%04x`),      // everything
	escaped(func(u uint16) bool { return u < 256 }, `%%u%04X`), // JavaScript's escape
	func(text string) string { encoded, _ := json.Marshal(text); return string(encoded) },
	html.EscapeString,
	func(text string) string { // .NET's HtmlEncode
		return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(text)
	},
	func(text string) string { // all characters as numbers
		var encoded strings.Builder
		for _, r := range text {
			fmt.Fprintf(&encoded, "&#x%X;", r)
		}
		return encoded.String()
	},
	func(text string) string { return base64.StdEncoding.EncodeToString([]byte("id:" + text)) },
	func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) },
	func(text string) string { return hex.EncodeToString([]byte(text)) },
	func(text string) string { return strings.ToUpper(hex.EncodeToString([]byte(text))) },
	func(text string) string { // wrapped over lines
		runes := []rune(text)
		return string(runes[:len(runes)/2]) + "\r\n\t" + string(runes[len(runes)/2:])
	},
}

// places holds the texts in which servers echo what they received.
var places = []string{
	"SECRET", "before SECRET after", `{"client_secret":"SECRET"}`, "client_id=a&client_secret=SECRET&scope=read",
	"<input value='SECRET'>", "Authorization: Basic SECRET", "wrong secret: SECRET.", "100% (SECRET)", "%20SECRET%20",
	"&lt;SECRET&gt;", `\"SECRET\"`, "\tSECRET\n",
}

// However a server encodes a secret that it echoes, even twice or in the middle of other text, the result contains no
// form that decodes to the secret.
func FuzzRedaction(f *testing.F) {
	for _, secret := range []string{
		testSecret, `p@ss "word" <1>\2&3/4+5`, "0123456789abcdef", "пароль-из-кириллицы", "a%41b&#65;c\\u0041d", "++++++++++",
		"=-_./=-_./", "x y z x y z x y z",
	} {
		for i := range encoders {
			f.Add(secret, uint8(i), uint8(0), uint8(i))
			f.Add(secret, uint8(i), uint8(1), uint8(i+1))
		}
	}
	f.Fuzz(func(t *testing.T, secret string, first, second, place uint8) {
		if CheckSecret(secret) != nil || len(secret) < minRedacted || strings.Contains(Redacted, secret) ||
			3*len(last(normalize(secret, isInvisible)).condensed().text) < len(secret) {
			t.Skip() // a secret that is mostly escapes is only found in the usual encodings
		}
		client := protecting(secret)
		echo := encoders[int(second)%len(encoders)](encoders[int(first)%len(encoders)](secret))
		for name, redact := range map[string]func(string) string{
			"message": client.Message, "name": client.Name, "data": client.Data,
		} {
			got := redact(strings.Replace(places[int(place)%len(places)], "SECRET", echo, 1))
			if strings.Contains(got, secret) || len(echo) > 12 && strings.Contains(got, echo) {
				t.Errorf("the %s shows the secret: %q", name, got)
			}
		}
	})
}
