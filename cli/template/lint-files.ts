import type { TemplateSource } from '../../emulator';
import {
  ARCHIVE_LIMIT_BYTES,
  SIZE_REMEDY,
  sizeMessage,
  type Skipped,
  type TemplateArchive,
} from './archive';
import type { Finding } from './finding';

/** coderd refuses to unpack a file over this. */
const FILE_LIMIT_BYTES = 10 * 1024 * 1024;

/** What of the folder reaches Coder, and how large it is. */
export function lintFiles(archive: TemplateArchive, source: TemplateSource): Finding[] {
  const { entries, skipped, sizeBytes } = archive;
  const text = JSON.stringify([
    ...source.resources.values(),
    ...source.data.values(),
    ...source.locals.values(),
  ]);
  const size: Finding[] =
    sizeBytes < ARCHIVE_LIMIT_BYTES
      ? []
      : [
          {
            severity: 'error',
            code: 'TEMPLATE_TOO_LARGE',
            message: sizeMessage(archive),
            at: source.dir,
            remedy: SIZE_REMEDY,
          },
        ];
  const large = entries.filter((entry) => (entry.data?.length ?? 0) > FILE_LIMIT_BYTES);
  return [
    ...size,
    ...large.map(({ name }) => tooLarge(name)),
    ...skipped.map((each) => dropped(each, text.includes(each.path))),
  ];
}

function tooLarge(name: string): Finding {
  return {
    severity: 'error',
    code: 'TEMPLATE_FILE_TOO_LARGE',
    message: `${name} is over ${FILE_LIMIT_BYTES} bytes`,
    at: name,
    remedy: 'Make it smaller: Coder cuts files of 10 MiB and more.',
  };
}

/** A file the template reads must get there; any other is only worth a word when it may hold secrets. */
function dropped({ path, reason }: Skipped, isUsed: boolean): Finding {
  return {
    severity: isUsed ? 'error' : 'warning',
    code: isUsed ? 'TEMPLATE_FILE_DROPPED' : 'TEMPLATE_FILE_IGNORED',
    message: `${path} does not reach Coder: ${reason}`,
    at: path,
    remedy:
      reason === 'variable values'
        ? 'Give template variables with `coder templates push --variable`.'
        : isUsed
          ? 'Rename it: no part of its path may start with a dot, and links are not followed.'
          : 'Remove it, or rename it when the workspace needs it.',
  };
}
