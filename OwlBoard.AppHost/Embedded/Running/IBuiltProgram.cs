namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>A project whose program is already built; implemented by the generated <c>Projects</c> classes.</summary>
internal interface IBuiltProgram
{
    /// <summary>The absolute path of the program's assembly.</summary>
    public string AssemblyPath { get; }
}
