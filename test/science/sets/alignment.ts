/** Sequence alignment and what follows it. */
import type {ScienceKind} from '../set.js';

const genome = lines(60, 60);
const reads = Array.from({length: 12}, (_, index) => {
	const sequence = genome.replaceAll('\n', '').slice(index * 250, index * 250 + 70);
	return `@read${index}\n${sequence}\n+\n${'I'.repeat(70)}\n`;
}).join('');

/** Letters of a fixed generator, so that nothing has to be stored. */
function lines(count: number, width: number): string {
	let state = 12345;
	const letter = (): string => {
		state = (state * 1103515245 + 12345) % 2147483648;
		return 'ACGT'[Math.floor(state / 65536) % 4] ?? 'A';
	};
	return Array.from({length: count}, () => Array.from({length: width}, letter).join('')).join('\n');
}

const proteins = `>one
MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVVHSLAKWKRQTLGQHDFSAGEGLYTHMKALRPDEDRLSPLHSVYVDQWDWE
>two
MKTAYIAKQRQISFVKSHFSRQDEERLGLIEVQAPILSRVGDGTQDNLSGCEKAVQVKVKALPDAQFEVVHSLAKWKRETLGQHDFSAGEGLYTHMKALRPDEDRLSPVHSVYVDQWDWE
>three
MKTAYIAKQRNISFVKSHFSRQLEERLGLIEVQAPILSRVGDDNLSGAEKAVQVKVKAPDAQFEVVHSLAKWKRQTLGQHDFSAGEGLYTHMKALRPDEDRLSPLHSVYVDQWDWE
`;

export const alignment: ScienceKind = {
	kind: 'Alignment',
	sets: [
		{
			name: 'bwa',
			packages: ['bwa', 'samtools'],
			pack: ['bwa', 'samtools'],
			inputs: {'ref.fa': `>chr\n${genome}\n`, 'reads.fq': reads},
			run: `bwa index ref.fa 2>/dev/null && bwa mem -R '@RG\\tID:x\\tSM:y' ref.fa reads.fq 2>/dev/null |
samtools sort --no-PG -o sorted.bam - && samtools index sorted.bam && samtools flagstat sorted.bam && samtools view sorted.bam`,
		},
		{
			name: 'blast',
			packages: ['ncbi-blast+'],
			pack: ['blastn', 'makeblastdb'],
			inputs: {'ref.fa': `>chr\n${genome}\n`, 'query.fa': `>q\n${genome.slice(100, 220)}\n`},
			run: `makeblastdb -in ref.fa -dbtype nucl -out /tmp/db | grep -v time &&
blastn -query query.fa -db /tmp/db -outfmt 6 -out hits && blastn -query query.fa -subject ref.fa`,
			varies: [/Building a new DB.*/gu, /added \d+ sequences in .*/gu],
		},
		{
			name: 'mafft',
			packages: ['mafft'],
			pack: ['mafft'],
			inputs: {'in.fa': proteins},
			run: 'mafft --quiet --auto in.fa && mafft --quiet --localpair --maxiterate 10 in.fa > out.fa',
		},
		{
			name: 'hmmer',
			packages: ['hmmer', 'muscle', 'clustalo'],
			pack: ['hmmbuild', 'hmmsearch', 'muscle', 'clustalo'],
			inputs: {'in.fa': proteins},
			run: `clustalo -i in.fa -o aligned.fa && muscle -align in.fa -output other.fa -quiet 2>/dev/null;
hmmbuild --cpu 1 model.hmm aligned.fa && hmmsearch --cpu 1 model.hmm in.fa`,
			varies: [
				/^# CPU time.*/gmu,
				/^DATE .*/gmu,
				/^# Mc\/sec.*/gmu,
				/.*Elapsed.*/gu,
				/\b\d+\.\d\d\.\d+\b/gu,
			],
		},
		{
			name: 'hisat2',
			packages: ['hisat2'],
			pack: ['hisat2', 'hisat2-build'],
			inputs: {'ref.fa': `>chr\n${genome}\n`, 'reads.fq': reads},
			run: 'hisat2-build -q ref.fa idx && hisat2 -p 1 -x idx -U reads.fq --no-spliced-alignment',
		},
		{
			name: 'emboss',
			packages: ['emboss'],
			pack: ['needle', 'transeq'],
			inputs: {'in.fa': proteins, 'nucleic.fa': `>chr\n${genome}\n`},
			run: `needle -asequence in.fa:one -bsequence in.fa:three -gapopen 10 -gapextend 0.5 -outfile out.needle &&
transeq nucleic.fa out.pep && cat out.needle`,
			varies: [/^# Rundate:.*/gmu],
		},
		{
			name: 'bcftools',
			packages: ['bcftools', 'bedtools'],
			pack: ['bcftools', 'bedtools'],
			inputs: {
				'in.vcf': `##fileformat=VCFv4.2
##contig=<ID=1,length=1000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb
1\t100\t.\tA\tG\t50\tPASS\t.\tGT\t0/1\t1/1
1\t200\t.\tC\tT\t60\tPASS\t.\tGT\t0/0\t0/1
`,
				'a.bed': '1\t50\t150\n1\t190\t210\n',
				'b.bed': '1\t100\t195\n',
			},
			run: `bcftools plugin -l | head -n 5; bcftools +fill-tags --no-version in.vcf -Oz -o out.vcf.gz &&
bcftools index out.vcf.gz && bcftools view --no-version out.vcf.gz && bedtools intersect -a a.bed -b b.bed`,
		},
	],
};
