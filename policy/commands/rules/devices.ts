import type { Argument } from '../argument';
import type { Invocation } from '../invocation';
import { knownOptions } from '../known-options';
import { has, optionSpec, parseArguments } from '../options';
import { resolvePath } from '../path';
import type { CommandRule } from '../rule';
import { REDIRECTION } from '../shell/walk';

const NO_OPTIONS = optionSpec('');
/** Files of /dev that hold no data. */
const HARMLESS =
  /^(null|zero|full|random|urandom|stdin|stdout|stderr|tty.*|pts|fd|shm|ptmx|tcp|udp|log|console|kvm|fuse|net|dri|snd)$/;
const FILE_SYSTEMS =
  'ext2 ext3 ext4 xfs btrfs vfat fat exfat f2fs ntfs minix cramfs bfs jfs reiserfs';
const PARTITIONERS = ['fdisk', 'sfdisk', 'cfdisk', 'gdisk', 'sgdisk', 'cgdisk', 'parted', 'partx'];

function isDevice(word: Argument, { places }: Invocation): boolean {
  const path = resolvePath(word, places);
  return path?.[0] === 'dev' && path.length > 1 && !HARMLESS.test(path[1] ?? '');
}

function anyDevice(words: readonly Argument[], invocation: Invocation): boolean {
  return words.some((word) => isDevice(word, invocation));
}

function plainOperands({ args }: Invocation): readonly Argument[] {
  return args.filter(({ text }) => !text.startsWith('-'));
}

function startsWith({ args }: Invocation, ...commands: readonly string[]): boolean {
  const words = args.map(({ text }) => text).filter((text) => !text.startsWith('-'));
  return commands.some((command) => {
    const wanted = command.split(' ');
    return wanted.every((word, at) => words[at] === word);
  });
}

const writeDevice: CommandRule = {
  id: 'write-block-device',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it overwrites a disk from its first byte',
  advice: 'write to a file',
  programs: ['dd', 'tee', 'cp', 'mv', 'shred', 'truncate', 'pv', 'dcfldd', 'ddrescue', REDIRECTION],
  matches: (invocation) => {
    const { program, args } = invocation;
    if (program === 'dd' || program === 'dcfldd') {
      const outputs = args.filter(({ text }) => text.startsWith('of='));
      return anyDevice(
        outputs.map((word) => ({ ...word, text: word.text.slice(3) })),
        invocation,
      );
    }
    if (program !== 'cp' && program !== 'mv')
      return anyDevice(plainOperands(invocation), invocation);
    const { operands } = parseArguments(knownOptions(program) ?? NO_OPTIONS, args);
    return operands.length > 1 && anyDevice(operands.slice(-1), invocation);
  },
  match: [
    'dd if=/dev/zero of=/dev/sda',
    'cat x > /dev/nvme0n1',
    'tee /dev/sdb < x',
    'shred -n1 /dev/vda',
    'cp image.iso /dev/sdc',
  ],
  notMatch: [
    'dd if=/dev/sda of=disk.img',
    'dd if=/dev/zero of=/dev/null',
    'echo x > /dev/stderr',
    'cat x | tee /dev/tty',
    'cp /dev/null x',
  ],
};

const makeFileSystem: CommandRule = {
  id: 'format-device',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it formats or repartitions a disk, which loses all data on it',
  advice: 'work on an image file',
  programs: [
    'mkfs',
    ...FILE_SYSTEMS.split(' ').map((name) => `mkfs.${name}`),
    'mke2fs',
    'mkswap',
    'mkdosfs',
    'newfs',
    ...PARTITIONERS,
  ],
  matches: (invocation) => {
    const isReading = invocation.args.some(({ text }) =>
      /^(-l|-p|--list|--print|print|-v|--version|-d|--dump|-n)$/.test(text),
    );
    return !isReading && anyDevice(plainOperands(invocation), invocation);
  },
  match: [
    'mkfs.ext4 /dev/sdb1',
    'mkfs -t xfs /dev/vdb',
    'mkswap /dev/sda2',
    'parted /dev/sda mklabel gpt',
    'sgdisk --zap-all /dev/sda',
  ],
  notMatch: [
    'mkfs.ext4 disk.img',
    'fdisk -l /dev/sda',
    'parted /dev/sda print',
    'sfdisk -d /dev/sda',
  ],
};

const wipeDevice: CommandRule = {
  id: 'wipe-device',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it erases a disk, a volume or the key to it',
  advice: 'detach the volume instead',
  programs: [
    'wipefs',
    'blkdiscard',
    'cryptsetup',
    'pvremove',
    'vgremove',
    'lvremove',
    'zpool',
    'zfs',
    'btrfs',
    'mdadm',
    'hdparm',
    'nvme',
    'badblocks',
    'diskutil',
  ],
  matches: (invocation) => {
    const { program, args } = invocation;
    const texts = args.map(({ text }) => text);
    if (texts.some((text) => /^(--test|--dry-run|-n|--no-act|--help)$/.test(text))) return false;
    if (program === 'wipefs')
      return has(parseArguments(optionSpec('a|all o|offset= t|types='), args), 'all', 'offset');
    if (program === 'badblocks') return texts.some((text) => /^-\w*w/.test(text));
    if (program === 'hdparm') return texts.some((text) => text.startsWith('--security-erase'));
    if (program === 'mdadm') return texts.some((text) => /^--(zero-superblock|stop)$/.test(text));
    if (program === 'blkdiscard' || /^(pv|vg|lv)remove$/.test(program))
      return plainOperands(invocation).length > 0;
    return startsWith(
      invocation,
      'luksFormat',
      'erase',
      'luksErase',
      'destroy',
      'labelclear',
      'subvolume delete',
      'format',
      'sanitize',
      'eraseDisk',
      'eraseVolume',
      'zeroDisk',
    );
  },
  match: [
    'wipefs -a /dev/sda',
    'blkdiscard /dev/nvme0n1',
    'cryptsetup luksFormat /dev/sdb',
    'zpool destroy tank',
    'lvremove -f vg0/data',
  ],
  notMatch: [
    'wipefs /dev/sda',
    'zpool status',
    'cryptsetup luksDump /dev/sdb',
    'zfs list',
    'mdadm --detail /dev/md0',
  ],
};

export const DEVICE_RULES: readonly CommandRule[] = [writeDevice, makeFileSystem, wipeDevice];
