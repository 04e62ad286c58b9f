/** Flow, and the meshes and finite elements beside it. */
import type {ScienceKind} from '../set.js';

const header = (kind: string, object: string): string =>
	`FoamFile { version 2.0; format ascii; class ${kind}; object ${object}; }\n`;

const cavity = {
	'system/controlDict': `${header('dictionary', 'controlDict')}application icoFoam; startFrom startTime; startTime 0; stopAt endTime; endTime 0.02; deltaT 0.005; writeControl timeStep; writeInterval 4; purgeWrite 0; writeFormat ascii; writePrecision 6; writeCompression off; timeFormat general; timePrecision 6; runTimeModifiable false;
`,
	'system/fvSchemes': `${header('dictionary', 'fvSchemes')}ddtSchemes { default Euler; } gradSchemes { default Gauss linear; } divSchemes { default none; div(phi,U) Gauss linear; } laplacianSchemes { default Gauss linear orthogonal; } interpolationSchemes { default linear; } snGradSchemes { default orthogonal; }
`,
	'system/fvSolution': `${header('dictionary', 'fvSolution')}solvers { p { solver PCG; preconditioner DIC; tolerance 1e-06; relTol 0.05; } pFinal { $p; relTol 0; } U { solver smoothSolver; smoother symGaussSeidel; tolerance 1e-05; relTol 0; } } PISO { nCorrectors 2; nNonOrthogonalCorrectors 0; pRefCell 0; pRefValue 0; }
`,
	'system/blockMeshDict': `${header('dictionary', 'blockMeshDict')}scale 0.1; vertices ((0 0 0) (1 0 0) (1 1 0) (0 1 0) (0 0 0.1) (1 0 0.1) (1 1 0.1) (0 1 0.1)); blocks (hex (0 1 2 3 4 5 6 7) (20 20 1) simpleGrading (1 1 1)); edges (); boundary ( movingWall { type wall; faces ((3 7 6 2)); } fixedWalls { type wall; faces ((0 4 7 3) (2 6 5 1) (1 5 4 0)); } frontAndBack { type empty; faces ((0 3 2 1) (4 5 6 7)); } ); mergePatchPairs ();
`,
	'constant/transportProperties': `${header('dictionary', 'transportProperties')}nu 0.01;
`,
	'0/U': `${header('volVectorField', 'U')}dimensions [0 1 -1 0 0 0 0]; internalField uniform (0 0 0); boundaryField { movingWall { type fixedValue; value uniform (1 0 0); } fixedWalls { type noSlip; } frontAndBack { type empty; } }
`,
	'0/p': `${header('volScalarField', 'p')}dimensions [0 2 -2 0 0 0 0]; internalField uniform 0; boundaryField { movingWall { type zeroGradient; } fixedWalls { type zeroGradient; } frontAndBack { type empty; } }
`,
};

export const flow: ScienceKind = {
	kind: 'Flow and finite elements',
	sets: [
		{
			name: 'openfoam',
			packages: ['openfoam'],
			pack: ['blockMesh', 'icoFoam'],
			inputs: cavity,
			// As sourcing its settings does.
			env: {WM_PROJECT_DIR: '/usr/share/openfoam'},
			// It refuses a directory with a blank in its name.
			run: 'cp -r . ../case && cd ../case && blockMesh > mesh.log && icoFoam > run.log; cat mesh.log run.log',
			varies: [/^(Date|Time|PID|Host) +:.*/gmu, /^ExecutionTime.*/gmu, /^(\|.*)$/gmu],
		},
		{
			name: 'gmsh',
			packages: ['gmsh'],
			pack: ['gmsh'],
			inputs: {
				'box.geo': 'SetFactory("OpenCASCADE");\nBox(1) = {0,0,0,1,1,1};\nMesh.MeshSizeMax = 0.5;\n',
			},
			run: 'gmsh -3 -nt 1 box.geo -o box.msh > log; tail -n 1 log; rm log',
			varies: [/Stopped on .*/gu],
		},
		{
			name: 'freefem',
			packages: ['freefem++'],
			pack: ['FreeFem++'],
			inputs: {
				'stokes.edp': `mesh Th = square(8, 8);
fespace Uh(Th, P2); fespace Ph(Th, P1);
Uh u, v, uu, vv; Ph p, pp;
solve stokes([u, v, p], [uu, vv, pp]) = int2d(Th)(dx(u)*dx(uu) + dy(u)*dy(uu) + dx(v)*dx(vv) + dy(v)*dy(vv)
  - p*(dx(uu) + dy(vv)) - pp*(dx(u) + dy(v)) - 1e-10*p*pp) + on(3, u=1, v=0) + on(1, 2, 4, u=0, v=0);
ofstream out("u.txt"); out << u[] << endl;
cout << "kinetic " << int2d(Th)(u*u + v*v) << endl;
`,
			},
			run: 'FreeFem++ -nw -v 0 stokes.edp',
			varies: [/times?:.*/gu, /\d\.\d+s/gu],
		},
		{
			name: 'calculix',
			packages: ['calculix-ccx'],
			pack: ['ccx'],
			inputs: {
				'beam.inp': `*NODE,NSET=all
1,0,0,0
2,1,0,0
3,1,1,0
4,0,1,0
5,0,0,1
6,1,0,1
7,1,1,1
8,0,1,1
*ELEMENT,TYPE=C3D8,ELSET=e
1,1,2,3,4,5,6,7,8
*MATERIAL,NAME=steel
*ELASTIC
210000,0.3
*SOLID SECTION,ELSET=e,MATERIAL=steel
*BOUNDARY
1,1,3
2,1,3
3,1,3
4,1,3
*STEP
*STATIC
*CLOAD
5,3,100
6,3,100
*NODE PRINT,NSET=all
U
*END STEP
`,
			},
			run: 'OMP_NUM_THREADS=1 ccx beam > /dev/null; cat beam.dat; rm -f beam.frd beam.sta beam.cvg beam.12d spooles.out',
		},
	],
};
