using OwlBoard.Benchmarks.Machine;
using OwlBoard.Certificates;

namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>The resources shared by all cases of a run.</summary>
/// <param name="Settings">The settings of the run.</param>
/// <param name="Folder">The folder for configurations and logs.</param>
/// <param name="Certificates">The certificates of listeners and services.</param>
internal sealed record CaseContext(OverloadSettings Settings, WorkFolder Folder, CertificateFolder Certificates);
