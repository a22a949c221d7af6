import { AigovError, type ProviderSchemas } from '../../provider/plugin';
import coderDocument from '../schemas/coder-2.17.0.json';
import dockerDocument from '../schemas/docker-3.9.0.json';

/** Source address under registry.terraform.io, e.g. `coder/coder`. */
export type ProviderSource = string;

/** A document of `terraform providers schema -json`. */
export interface SchemaDocument {
  readonly provider_schemas: Readonly<Record<string, ProviderSchemas>>;
}

/** A provider that can be stood in for: who it is, and its real schema. */
export interface KnownProvider {
  readonly source: ProviderSource;
  readonly version: string;
  readonly schemas: ProviderSchemas;
}

/** The one provider of a schema document, whatever registry host it was printed with. */
export function schemasFrom(document: SchemaDocument, source: ProviderSource): ProviderSchemas {
  const found = Object.entries(document.provider_schemas).find(
    ([address]) => address === source || address.endsWith(`/${source}`),
  );
  if (found !== undefined) return found[1];
  const held = Object.keys(document.provider_schemas).join(', ');
  throw new AigovError('STAND_IN_SCHEMA_MISSING', `the document has ${held}, not ${source}`, {
    remedy: 'Print the document with `terraform providers schema -json` in a folder that uses it.',
  });
}

/** The providers whose schemas come with the package. */
export function knownProviders(): readonly KnownProvider[] {
  return [
    known('coder/coder', '2.17.0', coderDocument as unknown as SchemaDocument),
    known('kreuzwerker/docker', '3.9.0', dockerDocument as unknown as SchemaDocument),
  ];
}

function known(source: ProviderSource, version: string, document: SchemaDocument): KnownProvider {
  return { source, version, schemas: schemasFrom(document, source) };
}
