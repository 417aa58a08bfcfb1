#!/bin/sh
# Packs what `make release` has built: each folder dist/NAME-VERSION-OS-ARCH, with the program in it, becomes an archive that has the
# licence, README and for Linux the systemd units too. Beside them lie what the programs are made of, as CycloneDX lists it, and
# SHA256SUMS. One commit gives the same bytes whenever it is packed: files have the commit's time and no owner. It needs GNU tar.
set -eu
version=$1
cyclonedx_gomod=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
cyclonedx_npm=@cyclonedx/cyclonedx-npm@6.0.1
date=$(git log -1 --format=@%ct)

for folder in dist/*/; do
	name=$(basename "$folder")
	cp LICENSE README.md "$folder"
	case $name in *-linux-*) cp deploy/*.service deploy/*.timer deploy/*.sysusers "$folder" ;; esac
	# Of the program itself, so with the modules that are in it and no others. It is read, so the platform doesn't matter.
	go run "$cyclonedx_gomod" bin -json -std -short-purls -noserial -notimestamp -version "$version" -output "dist/$name.cdx.json" "$folder/asyncgate"
	tar -C dist --sort=name --mtime="$date" --owner=0 --group=0 --numeric-owner --mode=a+rX,go-w -cf - "$name" | gzip -9n >"dist/$name.tar.gz"
	rm -r "$folder"
done

# What the console in every program is made of. npm's errors are those of packages that ask for an older React, as GraphiQL's do.
(cd console && npx --yes "$cyclonedx_npm" --package-lock-only --omit dev --ignore-npm-errors --output-reproducible \
	--output-file "../dist/asyncgate-$version-console.cdx.json")

cd dist
sha256sum -- * >SHA256SUMS
