using System.ComponentModel.DataAnnotations;

namespace OwlBoard.Services.Storage;

/// <summary>Where the data is kept. Section <c>Storage</c>.</summary>
internal sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>The kind of database. Default <c>sqlite</c>, and the only one so far.</summary>
    [AllowedValues("sqlite", ErrorMessage = "Storage:Provider must be sqlite.")]
    public string Provider { get; set; } = "sqlite";

    /// <summary>The directory of the SQLite files, one a service. Default <c>.data</c> under the working directory.</summary>
    [Required(ErrorMessage = "Storage:Directory must name a directory, as in Storage:Directory=/var/lib/owlboard.")]
    public string Directory { get; set; } = ".data";
}
